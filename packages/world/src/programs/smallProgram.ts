import { small } from './generated/small.ts';

/**
 * A program for stories in which work is done and it does not matter which (small.wat): 1.2 kB of WebAssembly that read everything
 * below /in and write `metrics.json`, figures of a training that a gate lets out, and `table.bin`, 32 bytes that follow from
 * inputs, parameters and seed. It takes as many steps as the parameter `steps` says, one unless told; one page of memory, call
 * depth `SMALL_PROGRAM.callDepth`, and about seven fuel for each byte it reads.
 */
export const smallProgram: Uint8Array = Uint8Array.from(atob(small), character => character.charCodeAt(0));

/** The least limits it does with, beside fuel. */
export const smallProgramLimits = { memoryPages: 1, callDepth: 4, outputBytes: 4096 } as const;
