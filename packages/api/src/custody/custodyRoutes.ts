import { routes } from '../route.ts';
import { datasetRoutes } from './datasetRoutes.ts';
import { requestRoutes } from './requestRoutes.ts';

export const custodyRoutes = routes('custody', { ...datasetRoutes, ...requestRoutes });
