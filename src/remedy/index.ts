/** What may be done about what happened. Pure; imports contract and verdict. */
export { remediesOfDeath, type DeathToRemedy } from './of-death.js';
export { remediesOfEpisode, type EpisodeToRemedy } from './of-episode.js';
export { actions, type Action, type Remedy } from './remedy.js';
