/** What is open, to be closed in the reverse order. */
export class Scope {
  readonly #open: { name: string; close: () => unknown }[] = [];

  /** @param name for the error's message */
  defer(name: string, close: () => unknown): void {
    this.#open.push({ name, close });
  }

  /**
   * Closes all, the last one opened first, whatever one of them throws.
   * @throws what one has thrown; an AggregateError where several have
   */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const { name, close } of this.#open.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error instanceof Error ? error : new Error(`closing ${name}: ${String(error)}`));
      }
    }
    if (errors.length > 1) throw new AggregateError(errors, 'several parts of the run could not be closed');
    if (errors.length === 1) throw errors[0];
  }
}
