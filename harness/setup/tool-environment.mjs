/**
 * The environment of npm and pip in the set-up: what the user has set for other work (a virtual environment that must
 * be active, packages to leave out, a dry run) must not decide what is installed here; how the network is reached, and
 * where caches and settings lie, stays the user's.
 */

/** Names that stay, without `pip_` and `npm_config_`, in lower case. */
const kept = {
  pip: new Set([
    'cert',
    'client_cert',
    'config_file',
    'default_timeout',
    'extra_index_url',
    'find_links',
    'index_url',
    'keyring_provider',
    'no_index',
    'proxy',
    'resume_retries',
    'retries',
    'timeout',
    'trusted_host',
    'use_deprecated',
    'use_feature',
  ]),
  npm: new Set([
    'ca',
    'cache',
    'cafile',
    'cert',
    'fetch_retries',
    'fetch_retry_factor',
    'fetch_retry_maxtimeout',
    'fetch_retry_mintimeout',
    'fetch_timeout',
    'globalconfig',
    'https_proxy',
    'http_proxy',
    'key',
    'local_address',
    'logs_dir',
    'maxsockets',
    'noproxy',
    'offline',
    'prefer_offline',
    'proxy',
    'registry',
    'replace_registry_host',
    'strict_ssl',
    'userconfig',
  ]),
};

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv} for pip; its settings files are overruled where they would refuse to work here
 */
export function pipEnvironment(env) {
  return { ...without(env, /^pip_(.*)$/i, kept.pip), PIP_REQUIRE_VIRTUALENV: '0' };
}

/**
 * @param {NodeJS.ProcessEnv} env under `npm run` it holds all settings of that npm, such as `-s`, which hides errors
 * @returns {NodeJS.ProcessEnv} for npm
 */
export function npmEnvironment(env) {
  return without(env, /^npm_config_(.*)$/i, kept.npm);
}

/** Overrules what a settings file of npm may say against an installation here. */
export const npmOptions = ['--include=dev', '--no-global', '--no-dry-run', '--loglevel=notice'];

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {RegExp} pattern its group is a setting's name
 * @param {Set<string>} names
 */
function without(env, pattern, names) {
  return Object.fromEntries(
    Object.entries(env).filter(([variable]) => {
      const setting = pattern.exec(variable)?.[1];
      // Registries' own credentials and scopes have names with a slash or an at sign.
      return setting === undefined || /[/@]/.test(setting) || names.has(setting.toLowerCase().replaceAll('-', '_'));
    }),
  );
}
