import { expect, it } from 'vitest';
import { shellCommand, shellQuote } from '../harness/shell-quote.ts';
import { wordsOfShell } from './helpers/shell.ts';

it.each(['dense.seed-0', '/data/My-Data_1', 'a=b', '--only'])('leaves %j as it is', (word) => {
  expect(shellQuote(word)).toBe(word);
});

it('gives words that a shell reads back, whatever they hold', () => {
  const words = [
    '',
    ' ',
    "it's",
    "'; touch /tmp/x; '",
    '$(id) `id` $HOME',
    'a"b\\c\\',
    '*?[a]{b,c}~',
    '~/data',
    '#x',
    'a\nb\tc',
    '!!',
    '|&;<>()',
    'Träger → 🙂',
    '-n',
    '%s',
  ];
  expect(wordsOfShell(shellCommand(words))).toEqual(words);
});
