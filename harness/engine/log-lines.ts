/** What TensorFlow's library writes by itself: `I0000 00:00:17 cpu.cc:1] ...`, `2026-11-29 04:00:00.1: E external/...`. */
const logLine =
  /^(WARNING: All log messages before absl|[IWE]\d{4} \d\d:\d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] )/;

/** Most characters that are held back. */
const mostHeld = 10_000;

/** Parts the error output of a process that runs TensorFlow: the library's log lines, and what the user is to see. */
export interface LogFilter {
  /** The lines that have become whole with this text, without those of the library. */
  pass(text: string): string;
  /** What is left of a last line without an end. */
  end(): string;
  /** The last log lines: they tell why where the process failed. */
  held(): string;
}

/** A filter of one process's error output. */
export function logFilter(): LogFilter {
  let rest = '';
  let held = '';
  const shown = (line: string): boolean => {
    if (!logLine.test(line)) return true;
    held = (held + line).slice(-mostHeld);
    return false;
  };
  return {
    pass(text) {
      const lines = (rest + text).split(/(?<=\n)/);
      rest = lines.at(-1)?.endsWith('\n') === true ? '' : (lines.pop() ?? '');
      return lines.filter(shown).join('');
    },
    end() {
      const last = rest;
      rest = '';
      return shown(last) ? last : '';
    },
    held: () => held,
  };
}
