import { join } from 'node:path';
import { cacheFolder } from '../../../harness/setup/cache-folder.mjs';

/** What a server of buckets for tests is made of, from PyPI. */
export const motoPackages = ['moto[s3]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'];

/** The virtual environment that holds it, in the user's cache. */
export const motoFolder = join(cacheFolder(process.env), 'moto-5.2.5');
export const motoProgram = join(motoFolder, 'bin', 'moto_server');
