/** Loaded before Node's version is known to be new enough: imports nothing, and uses nothing that is new. */

const oldest = [20, 19];

export const oldestNode = oldest.join('.');

/**
 * @param {string} version such as `20.19.0`
 * @returns {boolean}
 */
export function isNodeTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  return Number(major) < Number(oldest[0]) || (Number(major) === oldest[0] && Number(minor) < Number(oldest[1]));
}
