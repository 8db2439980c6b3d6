/** The words of a line of shell as far as documents use it: quotes, comments, pipes and redirections end the command. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [token] of line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
    if (/^[#|>&;]/.test(token)) break;
    words.push(token.replaceAll(/["']/g, ''));
  }
  return words;
}
