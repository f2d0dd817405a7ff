import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../../src/bootstrap/config';
import { DEPLOY } from './support/deploy-folder';

interface TaskDefinition {
  readonly containerDefinitions: readonly [
    {
      readonly environment: readonly { readonly name: string; readonly value: string }[];
      readonly portMappings: readonly { readonly containerPort: number }[];
      readonly image: string;
      readonly stopTimeout: number;
    },
  ];
}

const file = path.join(DEPLOY, 'ecs/task-definition.json');
const [container] = (JSON.parse(readFileSync(file, 'utf8')) as TaskDefinition).containerDefinitions;
const config = readConfig(Object.fromEntries(container.environment.map(({ name, value }) => [name, value])));

describe('the ECS task definition', () => {
  it('kills no sooner than two seconds after the whole drain', () => {
    expect(container.stopTimeout * 1_000 - config.drain.timeoutMs).toBeGreaterThanOrEqual(2_000);
  });

  it('asks for no longer than Fargate grants', () => {
    expect(container.stopTimeout).toBeLessThanOrEqual(120);
  });

  it('names the version of the image', () => {
    const { version } = JSON.parse(readFileSync(path.join(DEPLOY, '../package.json'), 'utf8'));
    expect(container.image).toBe(`lastcall:${version}`);
  });

  it('maps the port where the service listens', () => {
    const [mapping] = container.portMappings;
    expect(config.listen).toMatchObject({ port: mapping?.containerPort });
    expect(container.portMappings).toHaveLength(1);
  });
});
