import { chainCompliance } from './compliance.ts';
import { evmWorld } from './evmWorld.ts';

chainCompliance('EVM in this process', evmWorld);
