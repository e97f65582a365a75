import { denseMatrices } from '../methods/dense-matrix.ts';
import type { Method } from '../methods/method.ts';
import { totalParameters } from '../shape/blueprint.ts';
import { transformerParameters } from '../shape/transformer.ts';
import { type CellConfig, isTranslation } from '../spec/spec.ts';
import { blueprintOf, imageModelName, outlineImageCell } from './image/outline.ts';
import { outlineTranslationCell, transformerOf } from './translation/outline.ts';

/** What is known of a cell before it runs. */
export interface Outline {
  /** Parameters kept over those of the dense network. */
  ratio: number;
  estimatedSeconds: number;
}

/** @throws UsageError where the method does not go with the configuration */
export function outlineOf(config: CellConfig, method: Method, denseExamplesPerSecond: number): Outline {
  return isTranslation(config)
    ? outlineTranslationCell(config, method, denseExamplesPerSecond)
    : outlineImageCell(config, method, denseExamplesPerSecond);
}

/** Parameters of the dense network. */
export function denseParametersOf(config: CellConfig): number {
  return isTranslation(config)
    ? transformerParameters(transformerOf(config.model), denseMatrices, 1)
    : totalParameters(blueprintOf(config.model, config.dataset));
}

/** The model's name in cells and tables. */
export function modelNameOf(config: CellConfig): string {
  return isTranslation(config) ? transformerOf(config.model).name : imageModelName(config);
}
