import type { CatalogueModel } from './catalogue.ts';

/** What others may ask of the models served here. */
export interface ServingPort {
  /** Serves a model from now on; the same passport again answers the version it has. */
  serve(model: Omit<CatalogueModel, 'version'>): CatalogueModel;
}
