/** One target, recipe or task. */
export interface Recipe {
  /** Other recipes: before its lines, or beside each other where there are none. */
  needs: string[];
  /** `needs` run side by side. */
  parallel: boolean;
  /** Each is a shell of its own, unless it is one script. */
  lines: string[];
  oneShell: boolean;
  /** Absolute. */
  dir: string;
  env: Record<string, string>;
  /** Lines of a shell before each of its own: variables that are made of the caller's. */
  exports: string[];
  /** Its runner hands it the `.env` beside the file. */
  handsEnv: boolean;
  /** It holds what only its runner can work out. */
  closed: boolean;
}

/** A file of recipes. */
export interface Book {
  /** As a person would write it. */
  file: string;
  /** What calls one: `make dev`. */
  call: string;
  recipes: ReadonlyMap<string, Recipe>;
}

export const emptyRecipe = (dir: string, oneShell = false): Recipe => ({
  needs: [],
  parallel: false,
  lines: [],
  oneShell,
  dir,
  env: {},
  exports: [],
  handsEnv: false,
  closed: false,
});
