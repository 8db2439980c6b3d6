import { chainCompliance } from '../testing/compliance.ts';
import { memoryWorld } from '../testing/memoryWorld.ts';

chainCompliance('memory chain', () => memoryWorld());
