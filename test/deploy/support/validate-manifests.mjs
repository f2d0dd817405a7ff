/** Reads manifests as a JSON array, and prints the faults that the published schemas of Kubernetes find in each. */
import { text } from 'node:stream/consumers';

const faults = {};
for (const manifest of JSON.parse(await text(process.stdin))) {
  const models = await import(`kubernetes-models/${manifest.apiVersion}`);
  const name = `${manifest.kind} ${manifest.metadata.name}`;
  try {
    new models[manifest.kind](manifest).validate();
    faults[name] = 'none';
  } catch (error) {
    faults[name] = error.message;
  }
}
process.stdout.write(JSON.stringify(faults));
