import { z } from 'zod';
import { reportSchema } from '../src/report/report-schema';
import { scenarioSchema } from '../src/scenario/schema';

/** The schemas that the package brings, by the file in which `npm run docs` writes each. */
export const JSON_SCHEMAS: Readonly<Record<string, () => string>> = {
  'packages/drill/schema/report.schema.json': () => jsonSchema(reportSchema),
  'packages/drill/schema/scenario.schema.json': () =>
    jsonSchema(
      scenarioSchema.meta({
        title: 'Scenario of lastcall-drill',
        description: 'What lastcall-drill --config reads.',
      }),
    ),
};

function jsonSchema(schema: z.ZodType): string {
  const text = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ jsonSchema }) => {
      // What zod says about its own objects, and about what a double can hold, says nothing about the JSON.
      delete jsonSchema.readOnly;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return `${JSON.stringify(text, null, 2)}\n`;
}
