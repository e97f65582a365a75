/** What the doctor's checks give. */

/**
 * One line of the doctor.
 *
 * @typedef {object} Check
 * @property {string} name
 * @property {'ok' | 'warn' | 'missing'} status `missing`: no run can start without it
 * @property {string} detail what was found
 * @property {string | null} remedy
 */

/**
 * @param {string} name
 * @param {string} detail
 * @returns {Check}
 */
export const ok = (name, detail) => ({ name, status: 'ok', detail, remedy: null });

/**
 * @param {string} name
 * @param {string} detail
 * @param {string} remedy
 * @returns {Check}
 */
export const warn = (name, detail, remedy) => ({ name, status: 'warn', detail, remedy });

/**
 * @param {string} name
 * @param {string} detail
 * @param {string} remedy
 * @returns {Check}
 */
export const missing = (name, detail, remedy) => ({ name, status: 'missing', detail, remedy });
