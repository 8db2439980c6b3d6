import { z } from 'zod';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it keeps out
const NAME = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]{1,200}$/u;

/**
 * A name that may stand in an artefact: 1 to 200 characters, none of them a control character, a line or paragraph
 * separator, a mark that turns the direction of writing, or half a character. The ranges are written out, since
 * Unicode's own classes grow with the engine and an auditor's engine may be another.
 */
export const word = z.string().regex(NAME);
