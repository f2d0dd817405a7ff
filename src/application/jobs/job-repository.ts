import type { Job } from '../../domain/jobs/job';
import type { Repository } from '../intake/repository';

/** Where jobs are kept. */
export type JobRepository = Repository<Job>;
