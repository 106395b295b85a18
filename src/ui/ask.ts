/** Somebody is there to answer. */
export const canAsk = (): boolean => Boolean(process.stdin.isTTY && process.stdout.isTTY);

/** Asks on the terminal; Enter alone is `fallback`, and so is the end of the input. False without a terminal. */
export async function ask(question: string, fallback: boolean): Promise<boolean> {
  if (!canAsk()) return false;
  const { createInterface } = await import('node:readline/promises');
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('n')));
  const answer = await Promise.race([prompt.question(question), closed]);
  prompt.close();
  return answer.trim() === '' ? fallback : /^y(es)?$/i.test(answer.trim());
}
