/** What every command is told: where things are kept and how to speak. */
export interface Surroundings {
  /** Folder of the local network. */
  home: string;
  json: boolean;
}
