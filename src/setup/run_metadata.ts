/** Metadata keys under which a checkpoint says who wrote it. */

/** The experiment's name. */
export const EXPERIMENT = "wgrad.experiment";

/** The run's folder. */
export const RUN = "wgrad.run";

/** On how many ranks it trains, where these are several. */
export const RANKS = "wgrad.ranks";
