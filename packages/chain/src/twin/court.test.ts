import { courtCompliance } from '../testing/courtCompliance.ts';
import { memoryWorld } from '../testing/memoryWorld.ts';

courtCompliance('memory chain', memoryWorld);
