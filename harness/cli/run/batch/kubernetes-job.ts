import { stringify } from 'yaml';
import { exitCodes } from '../../../run/exit-code.ts';
import type { BatchTasks } from './batch-tasks.ts';

/** The image's folder with the program, and those that are made to be mounted. */
const home = '/factorbench';
/** The user that the image runs as. */
const user = 1000;
/** A pod whose folder is locked by one that was lost waits 10, 20, 40, ... seconds and tries again. */
const retries = 6;
/** Seconds that a run has to end in order. */
const graceSeconds = 60;

export interface KubernetesPlaces {
  image: string;
  /** The claim of the volume that all pods mount: results in its folder out/, data sets in data/. */
  claim: string;
}

/** An Indexed Job whose pod of completion index i runs shard i + 1. */
export function kubernetesJob(tasks: BatchTasks, { image, claim }: KubernetesPlaces): string {
  const { name, cells, count, words, cores, gpu, memoryMiB } = tasks;
  const folder = `reports/out/${name}-batch`;
  const shard = '$((JOB_COMPLETION_INDEX + 1))';
  const command = `exec node harness/setup/start.mjs suite "$@" --shard "${shard}/${count}" --out "${folder}/shard-${shard}-of-${count}"`;
  const memory = `${memoryMiB}Mi`;
  const devices = gpu ? { 'nvidia.com/gpu': 1 } : {};
  const container = {
    name: 'factorbench',
    image,
    workingDir: home,
    command: ['/bin/sh', '-c', literal(command), 'factorbench'],
    args: words.map(literal),
    resources: { requests: { cpu: String(cores), memory }, limits: { memory, ...devices } },
    volumeMounts: [
      { name: 'run', mountPath: `${home}/reports/out`, subPath: 'out' },
      { name: 'run', mountPath: `${home}/data`, subPath: 'data', readOnly: true },
    ],
  };
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `factorbench-${name}` },
    spec: {
      completionMode: 'Indexed',
      completions: count,
      parallelism: count,
      backoffLimitPerIndex: retries,
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
          // A cell that failed would fail again.
          {
            action: 'FailIndex',
            onExitCodes: { containerName: 'factorbench', operator: 'In', values: [exitCodes.regressed] },
          },
        ],
      },
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: graceSeconds,
          securityContext: { runAsUser: user, runAsGroup: user, fsGroup: user },
          containers: [container],
          volumes: [{ name: 'run', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  };
  return `# ${name}: ${cells} cells of Factorbench in ${count} pods of an Indexed Job: kubectl apply -f FILE
#
# All pods mount one volume, to be claimed with access mode ReadWriteMany: results lie in its folder out/, data sets are
# looked for in data/. Cells that read from each other are in one pod: no pod waits for another one. A pod that follows
# on a lost one goes on: finished records are kept, cells continue from their checkpoints. Once the Job is complete:
#
#   npm run merge -- OUT/${name}-batch/shard-*-of-${count} --out OUT/${name}-joined
${stringify(job, { lineWidth: 0 })}`;
}

/** A text that Kubernetes, which replaces $(NAME) in commands, gives to the container as it is. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}
