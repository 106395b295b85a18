// sucrase checks its options with this; ours are written once, in config/file/hooks.ts.
export const createCheckers = () => ({ Options: { strictCheck() {} } });
