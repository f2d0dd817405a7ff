import { RequestTemplate } from '../../packages/drill/src/requests/request-template';
import { SERVICE_DRILL } from './jobs-drill';

const [job] = SERVICE_DRILL.requests ?? [];
if (job === undefined) throw new Error('drill.yaml has no request');

/** `POST /work`, and what a right answer is. */
export const JOB = new RequestTemplate(job);

/** `GET /health`. */
export const HEALTH = new RequestTemplate({ request: 'GET /health' });
