/** How something stands, as a sign and a word: never by colour alone. */
export type MarkState = 'done' | 'running' | 'failed' | 'waiting' | 'skipped';

const words: Record<MarkState, string> = {
  done: 'done',
  running: 'running',
  failed: 'failed',
  waiting: 'to come',
  skipped: 'not checked',
};
const signs: Record<MarkState, string> = { done: '✓', running: '', failed: '✗', waiting: '·', skipped: '–' };

export function Mark({ state, word = words[state] }: { state: MarkState; word?: string }) {
  return (
    <span class={`mark ${state}`}>
      <span class="sign" aria-hidden="true">
        {signs[state]}
      </span>
      <span class="sr">{word}</span>
    </span>
  );
}

/** The same with the word to be seen. */
export function Badge({ state, word = words[state] }: { state: MarkState; word?: string }) {
  return (
    <span class={`badge ${state}`}>
      <span aria-hidden="true">{signs[state]}</span> {word}
    </span>
  );
}
