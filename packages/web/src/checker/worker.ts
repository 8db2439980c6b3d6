import { answers } from './answers.ts';
import { setToken } from './nodeSources.ts';
import type { Asked, Told } from './questions.ts';

/** Face of the checker: answers questions of the page, each on its own. */
const tell = (told: Told) => self.postMessage(told);

self.onmessage = async ({ data }: MessageEvent<Asked>) => {
  const { id, question, args, token } = data;
  setToken(token);
  try {
    const answer = await answers[question](args as never, {
      check: check => tell({ id, kind: 'check', check }),
      note: text => tell({ id, kind: 'note', text }),
    });
    tell({ id, kind: 'answer', answer });
  } catch (error) {
    tell({ id, kind: 'error', message: error instanceof Error ? error.message : String(error) });
  }
};
