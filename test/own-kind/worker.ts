/** A worker process that knows the kind of task of these tests. */
await import('./register.ts');
await import('../../harness/run/worker.ts');

export {};
