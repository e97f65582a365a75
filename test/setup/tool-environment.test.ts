import { expect, it } from 'vitest';
import { npmEnvironment, pipEnvironment } from '../../harness/setup/tool-environment.mjs';

it('pip keeps how the network is reached, and no setting that decides what is installed', () => {
  const network = {
    PATH: '/bin',
    HTTPS_PROXY: 'http://proxy',
    PIP_INDEX_URL: 'https://mirror',
    PIP_CERT: '/ca.pem',
    PIP_CONFIG_FILE: '/dev/null',
  };
  const breaking = {
    PIP_REQUIREMENT: 'other.txt',
    PIP_CONSTRAINT: 'c.txt',
    PIP_NO_BINARY: ':all:',
    PIP_DEST: '/elsewhere',
    PIP_PLATFORM: 'win_amd64',
    PIP_USER: '1',
    PIP_REQUIRE_VIRTUALENV: 'true',
  };
  expect(pipEnvironment({ ...network, ...breaking })).toEqual({ ...network, PIP_REQUIRE_VIRTUALENV: '0' });
});

it('npm keeps its cache, registry, credentials and proxy, and no setting that decides what is installed or said', () => {
  const kept = {
    PATH: '/bin',
    npm_config_cache: '/cache',
    NPM_CONFIG_REGISTRY: 'https://mirror',
    'npm_config_//mirror/:_authToken': 'secret',
    'npm_config_@scope:registry': 'https://mirror',
    'npm_config_strict-ssl': 'false',
    npm_config_userconfig: '/home/.npmrc',
    npm_lifecycle_event: 'suite',
  };
  const breaking = {
    npm_config_loglevel: 'silent',
    npm_config_global: 'true',
    NPM_CONFIG_DRY_RUN: 'true',
    npm_config_omit: 'dev',
    npm_config_package_lock: 'false',
    npm_config_workspaces: 'true',
    npm_config_location: 'global',
  };
  expect(npmEnvironment({ ...kept, ...breaking })).toEqual(kept);
});
