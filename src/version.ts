declare const __DEVSTART_VERSION__: string | undefined;

/** The package's version, put in by the build. */
export const VERSION = typeof __DEVSTART_VERSION__ === 'string' ? __DEVSTART_VERSION__ : '0.0.0-source';
