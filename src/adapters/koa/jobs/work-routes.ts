import type { JobService } from '../../../application/jobs/job-service';
import { JOB_NAME_MAX_LENGTH, type Job } from '../../../domain/jobs/job';
import { READING, TAKING_IN } from '../edge/edge-problems';
import { BODY_LIMIT_BYTES, readJsonObject } from '../edge/json-body';
import { json, ref, UUID } from '../edge/openapi-parts';
import { type ProblemType, RequestError } from '../edge/problem';
import { type RouteGroup, respondJson } from '../edge/routes';
import { idempotencyKeyOf, respondStored } from '../edge/taking-in';

/** What the routes of jobs may be answered with besides. */
export const JOB_PROBLEMS: readonly ProblemType[] = [
  { code: 'invalid_job', status: 400, when: 'a bad name or id' },
  {
    code: 'job_not_found',
    status: 404,
    when: 'there is no job with this id',
    detail: 'There is no job with this id.',
  },
];

const NAME = { type: 'string', minLength: 1, maxLength: JOB_NAME_MAX_LENGTH };

const SCHEMAS = {
  NewJob: {
    description: `At most ${BODY_LIMIT_BYTES} bytes. Further members are ignored.`,
    type: 'object',
    required: ['name'],
    properties: {
      name: {
        ...NAME,
        description: 'Stored exactly as it was sent. Not blank; no control characters; no lone surrogates.',
      },
    },
  },
  Job: {
    type: 'object',
    required: ['id', 'name'],
    additionalProperties: false,
    properties: { id: { ...UUID, description: 'A UUIDv7.' }, name: NAME },
  },
};

const bodyOf = ({ id, name }: Job) => ({ id, name });

/**
 * `POST /work` stores a job, `GET /work/:id` reads one back.
 *
 * `cancellation` aborts at the end of the drain: what is not committed by then is given up, and answered 503.
 */
export function workRoutes(jobs: JobService, cancellation: AbortSignal): RouteGroup {
  return {
    tag: 'Jobs',
    schemas: SCHEMAS,
    routes: [
      {
        method: 'post',
        path: '/work',
        handle: async (ctx) => {
          const { name } = await readJsonObject(ctx);
          const idempotencyKey = idempotencyKeyOf(ctx);
          const { resource: job, replayed } = await jobs.submit({ name, idempotencyKey }, cancellation);
          respondStored(ctx, `/work/${job.id}`, bodyOf(job), replayed);
        },
        operation: {
          operationId: 'submitWork',
          summary: 'Store a job',
          description:
            'Answers 201 after the row has been committed, never before. Never dropped by a shutdown: a request that was ' +
            'taken in is answered, with `Connection: close`.',
          parameters: [ref('parameters', 'IdempotencyKey')],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: ref('schemas', 'NewJob') } },
          },
          responses: {
            201: json('The job is stored.', ref('schemas', 'Job'), ['Location', 'Idempotent-Replayed']),
          },
          problems: ['invalid_job', ...TAKING_IN],
        },
      },
      {
        method: 'get',
        path: '/work/:id',
        handle: async (ctx) => {
          const job = await jobs.find(ctx.params.id ?? '', cancellation);
          if (!job) throw new RequestError('job_not_found');
          respondJson(ctx, 200, bodyOf(job));
        },
        operation: {
          operationId: 'readWork',
          summary: 'Read a job back',
          parameters: [ref('parameters', 'Id')],
          responses: { 200: json('The job.', ref('schemas', 'Job')) },
          problems: ['invalid_job', 'job_not_found', ...READING],
        },
      },
    ],
  };
}
