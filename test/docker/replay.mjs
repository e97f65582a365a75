/**
 * Replays the Dockerfile where Docker is not available: `node test/docker/replay.mjs TARGET FOLDER [-- ARGUMENT...]`,
 * as root. The steps of the target and of the stages that it needs run in Debian roots below FOLDER, by chroot; then
 * the image's entry runs with the arguments, if any, as the image's user, without a network, with an empty folder
 * mounted for the reports.
 *
 * Needs debootstrap (Debian: apt-get install debootstrap), tar, unshare, npm, and some 6 GB of disk (cuda: 30 GB). The
 * base image is imitated: debootstrap's smallest Debian, with Node from the npm registry's package of its binary, npm,
 * and the user `node`. CA_BUNDLE may name certificates that the machine's network asks for; they are not left in the
 * root.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCopy, parseStages, settingsAfter, stagesOf } from './dockerfile.mjs';

/** @import { Settings, Stage } from './dockerfile.mjs' */

const checkout = join(dirname(fileURLToPath(import.meta.url)), '../..');
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** npm as that Node's release brings it. */
const npmVersion = '10.9.7';
const certificates = '/tmp/ca-bundle.crt';

/** @param {string} file @param {string[]} args @param {import('node:child_process').ExecFileSyncOptions} [options] */
const run = (file, args, options = {}) =>
  execFileSync(file, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });

/** Seconds since the start, and a line. */
const began = Date.now();
const say = (/** @type {string} */ line) => console.log(`[${Math.round((Date.now() - began) / 1000)} s] ${line}`);

/** @param {string} root @returns {string} megabytes of its files */
const sizeOf = (root) => `${execFileSync('du', ['-sx', '--block-size=MB', root], { encoding: 'utf8' }).split('\t')[0]}`;

/**
 * @param {string} image such as `node:22.22.2-bookworm-slim`
 * @param {string} root
 */
function makeBase(image, root) {
  const [, node, suite] = /^node:(\d+\.\d+\.\d+)-([a-z]+)-slim$/.exec(image) ?? [];
  if (node === undefined || suite === undefined) throw new Error(`${image}: expected node:VERSION-DEBIAN-slim`);
  const arch = process.arch;
  say(`base: Debian ${suite} by debootstrap, Node ${node}`);
  run('debootstrap', ['--variant=minbase', suite, root], { stdio: ['ignore', 'ignore', 'inherit'] });
  const packed = execFileSync('npm', ['pack', '--silent', `node-linux-${arch}@${node}`], {
    cwd: root,
    encoding: 'utf8',
  });
  run('tar', ['-xzf', packed.trim(), '-C', 'usr/local', '--strip-components=1', 'package/bin/node'], { cwd: root });
  rmSync(join(root, packed.trim()));
  run('npm', ['install', '--silent', '--global', '--prefix', join(root, 'usr/local'), `npm@${npmVersion}`]);
  enter(root, { env: {}, workdir: '/', user: 'root', entrypoint: [], cmd: [] }, [
    '/bin/sh',
    '-c',
    'groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node && apt-get clean ' +
      '&& ' +
      'rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* /usr/share/locale/*',
  ]);
}

/**
 * Runs a command in a root, with mounts and processes of its own that end with it.
 *
 * @param {string} root
 * @param {Settings} settings
 * @param {string[]} command
 * @param {{ offline?: boolean, mounts?: [string, string][], expectZero?: boolean }} [options]
 * @returns {number} exit code
 */
function enter(root, { env, workdir, user }, command, { offline = false, mounts = [], expectZero = true } = {}) {
  const bundle = process.env.CA_BUNDLE;
  const binds = [...mounts];
  const network = offline ? {} : certificateSettings(root, bundle, binds);
  const script = [
    ...binds.map(([source, target]) => `mount --bind '${source}' '${join(root, target)}'`),
    `mount -t proc proc '${root}/proc'`,
    `exec chroot --userspec=${user}:${user} '${root}' /bin/sh -c 'cd "$0" && exec "$@"' '${workdir}' "$@"`,
  ].join(' && ');
  const home = user === 'root' ? '/root' : `/home/${user}`;
  const { status, signal, error } = spawnSync(
    'unshare',
    [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      ...(offline ? ['--net'] : []),
      '/bin/sh',
      '-c',
      script,
      'sh',
      ...command,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { PATH: systemPath, HOME: home, ...network, ...env } },
  );
  if (error) throw error;
  const code = status ?? 1;
  if (expectZero && code !== 0) throw new Error(`${command.join(' ')}: ended with ${signal ?? code}`);
  return code;
}

/**
 * Name resolution and certificates of this machine, mounted while a step runs.
 *
 * @param {string} root
 * @param {string | undefined} bundle
 * @param {[string, string][]} binds is added to
 * @returns {Record<string, string>}
 */
function certificateSettings(root, bundle, binds) {
  const files = [['/etc/resolv.conf', '/etc/resolv.conf'], ...(bundle === undefined ? [] : [[bundle, certificates]])];
  for (const [source = '', target = ''] of files) {
    if (!existsSync(join(root, target))) writeFileSync(join(root, target), '');
    binds.push([source, target]);
  }
  return bundle === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates, PIP_CERT: certificates };
}

/**
 * COPY, from another stage's root or from the checkout: there, what git tracks or would track, less .dockerignore.
 *
 * @param {string} text
 * @param {string} root
 * @param {Settings} settings
 * @param {(stage: string) => string} rootOf
 * @param {string} context
 */
function copy(text, root, { workdir }, rootOf, context) {
  const { from, sources, target } = parseCopy(text);
  const base = from === null ? context : rootOf(from);
  const destination = join(root, resolve(workdir, target));
  for (const source of sources) {
    const path = join(base, source);
    const isFolder = statSync(path).isDirectory();
    mkdirSync(isFolder ? destination : join(destination, target.endsWith('/') ? '.' : '..'), { recursive: true });
    run('cp', ['-a', ...(isFolder ? [`${path}/.`, `${destination}/`] : [path, destination])]);
  }
}

/** @param {string} folder @returns {string} the build's context: the checkout's files that .dockerignore leaves */
function makeContext(folder) {
  const context = join(folder, 'context');
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
    encoding: 'utf8',
  });
  const ignored = readFileSync(join(checkout, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('*'));
  for (const name of listed.trim().split('\n')) {
    if (ignored.some((entry) => name === entry || name.startsWith(`${entry}/`))) continue;
    cpSync(join(checkout, name), join(context, name));
  }
  return context;
}

/**
 * @param {Stage} stage
 * @param {string} root
 * @param {Settings} settings
 * @param {(stage: string) => string} rootOf
 * @param {string} context
 * @returns {Settings}
 */
function replayStage(stage, root, settings, rootOf, context) {
  let now = settings;
  for (const step of stage.steps) {
    say(`${stage.name}: ${step.name} ${step.text}`);
    now = settingsAfter(now, step);
    if (step.name === 'WORKDIR') mkdirSync(join(root, now.workdir), { recursive: true });
    if (step.name === 'RUN') enter(root, now, ['/bin/sh', '-c', step.text]);
    if (step.name === 'COPY') copy(step.text, root, now, rootOf, context);
  }
  return now;
}

/** @param {string[]} argv @returns {number} exit code */
function main([target, folder, separator, ...args]) {
  if (!target || !folder || (separator !== undefined && separator !== '--') || process.getuid?.() !== 0) {
    console.error('usage, as root: node test/docker/replay.mjs TARGET FOLDER [-- ARGUMENT...]');
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  const place = mkdtempSync(join(resolve(folder), 'replay-'));
  const rootOf = (/** @type {string} */ name) => join(place, name.replace(/\W/g, '-'));
  try {
    const context = makeContext(place);
    const stages = stagesOf(parseStages(readFileSync(join(checkout, 'Dockerfile'), 'utf8')), target);
    /** @type {Map<string, Settings>} */
    const settings = new Map();
    for (const stage of stages) {
      if (!settings.has(stage.from)) {
        makeBase(stage.from, rootOf(stage.from));
        say(`base: ${sizeOf(rootOf(stage.from))}`);
        settings.set(stage.from, { env: {}, workdir: '/', user: 'root', entrypoint: [], cmd: [] });
      }
      run('cp', ['-a', '--reflink=auto', rootOf(stage.from), rootOf(stage.name)]);
      const before = /** @type {Settings} */ (settings.get(stage.from));
      settings.set(stage.name, replayStage(stage, rootOf(stage.name), before, rootOf, context));
      say(`${stage.name}: ${sizeOf(rootOf(stage.name))}`);
    }
    if (separator === undefined) return 0;
    const image = /** @type {Settings} */ (settings.get(target));
    const reports = join(place, 'reports');
    mkdirSync(reports);
    run('chown', ['1000:1000', reports]);
    const command = [...image.entrypoint, ...(args.length > 0 ? args : image.cmd)];
    say(`run as ${image.user}, offline: ${command.join(' ')}`);
    const code = enter(rootOf(target), image, command, {
      offline: true,
      mounts: [[reports, join(image.workdir, 'reports/out')]],
      expectZero: false,
    });
    const written = execFileSync('find', [reports, '-type', 'f'], { encoding: 'utf8' }).split('\n').length - 1;
    say(`ended with ${code}; files in the reports' folder: ${written}`);
    return code;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

process.exitCode = main(process.argv.slice(2));
