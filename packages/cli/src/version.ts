/** Version of this command line and of the nodes it starts. */
export const VERSION = '0.1.0';
