import { expect, it } from 'vitest';
import { userPath } from '../../harness/setup/user-path.mjs';

const npm = { INIT_CWD: '/checkout/reports', npm_package_json: '/checkout/package.json' };

it('starts where the user stands when npm runs the program from its own folder', () => {
  expect(userPath('o', npm, '/checkout')).toBe('/checkout/reports/o');
  expect(userPath('../o', { ...npm, INIT_CWD: '/home/me' }, '/checkout')).toBe('/home/o');
  expect(userPath('/o', npm, '/checkout')).toBe('/o');
});

it('starts in the current folder otherwise', () => {
  expect(userPath('o', {}, '/checkout')).toBe('/checkout/o');
  // Started in another folder by a script of npm.
  expect(userPath('o', npm, '/elsewhere')).toBe('/elsewhere/o');
  expect(userPath('o', { INIT_CWD: '/stale' }, '/checkout')).toBe('/checkout/o');
});

it('has ~ for the home folder', () => {
  expect(userPath('~/o', { HOME: '/home/me' }, '/checkout')).toBe('/home/me/o');
});
