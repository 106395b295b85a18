// sucrase checks its options with this; ours are written once, in config/script.ts.
export const createCheckers = () => ({ Options: { strictCheck() {} } });
