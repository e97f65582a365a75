import type { ImageConfig } from '../../../harness/spec/image.ts';

/** A result that others published for a model and data set of the suites. */
export interface RelatedValue {
  source: string;
  /** Its model, as the suites name it, and the widths that go by the name that the source gives. */
  model: { name: ImageConfig['model']['name']; depth: number; widths: readonly number[] };
  dataset: ImageConfig['dataset']['name'];
  method: string;
  /** Share of the convolution and linear weights kept. */
  kept: number;
  /** Accuracy, a fraction. */
  accuracy: number;
}

type Setting = Pick<RelatedValue, 'model' | 'dataset'>;

const resnet = (depth: number): Setting => ({ model: { name: 'resnet', depth, widths: [16] }, dataset: 'cifar-10' });
const wide = { name: 'resnet-projection', depth: 32, widths: [32, 64] } as const;
const vgg = { name: 'vgg', depth: 19, widths: [64] } as const;

function rows(
  source: string,
  method: string,
  { model, dataset }: Setting,
  cells: readonly [kept: number, accuracy: number][],
) {
  return cells.map(([kept, accuracy]): RelatedValue => {
    return { source, model, dataset, method: kept === 1 ? 'dense' : method, kept, accuracy };
  });
}

const akamaster = 'pytorch_resnet_cifar10, README';
const jackpots = 'lottery-jackpots, README (160 epochs)';
const sparsity = 'DwaraknathT/sparsity, README (3 runs)';

/** From the READMEs of the repositories; their training differs from the suites' and from each other's. */
export const relatedValues: readonly RelatedValue[] = [
  ...rows(akamaster, 'dense', resnet(20), [[1, 0.9173]]),
  ...rows(akamaster, 'dense', resnet(32), [[1, 0.9263]]),
  ...rows(akamaster, 'dense', resnet(44), [[1, 0.931]]),
  ...rows(akamaster, 'dense', resnet(56), [[1, 0.9339]]),
  ...rows(akamaster, 'dense', resnet(110), [[1, 0.9368]]),
  ...rows(jackpots, 'lottery jackpot', { model: vgg, dataset: 'cifar-10' }, [
    [0.1, 0.9394],
    [0.05, 0.9374],
  ]),
  ...rows(jackpots, 'lottery jackpot', { model: vgg, dataset: 'cifar-100' }, [
    [0.1, 0.7461],
    [0.05, 0.7335],
  ]),
  ...rows(jackpots, 'lottery jackpot', { model: wide, dataset: 'cifar-10' }, [
    [0.1, 0.9439],
    [0.05, 0.9341],
  ]),
  ...rows(jackpots, 'lottery jackpot', { model: wide, dataset: 'cifar-100' }, [
    [0.1, 0.7343],
    [0.05, 0.7031],
  ]),
  ...rows(sparsity, 'vanilla pruning', { model: vgg, dataset: 'cifar-100' }, [
    [1, 0.729],
    [0.1, 0.7229],
    [0.05, 0.7151],
    [0.02, 0.6748],
  ]),
  ...rows(sparsity, 'vanilla pruning', { model: wide, dataset: 'cifar-100' }, [
    [1, 0.752],
    [0.1, 0.7409],
    [0.05, 0.7279],
    [0.02, 0.6753],
  ]),
];
