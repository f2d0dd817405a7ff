// examples/nest.mjs with the mistake in it: what the requests need is ended in onModuleDestroy, which Nest runs before it closes the
// server.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../examples/package.json', import.meta.url));
require('reflect-metadata');
const { Controller, Get, Module, Post } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs.js');

class Routes {
  health() {
    return { status: 'ok' };
  }
  work() {
    return jobs.insert('a job');
  }
}

class App {
  onModuleDestroy() {
    return jobs.end();
  }
  async onApplicationShutdown() {
    process.stdout.write(`${JSON.stringify(await server.drain())}\n`);
  }
}

const on = (name) => [Routes.prototype, name, Object.getOwnPropertyDescriptor(Routes.prototype, name)];
Controller()(Routes);
Get('health')(...on('health'));
Post('work')(...on('work'));
Module({ controllers: [Routes] })(App);

const app = await NestFactory.create(App, { logger: false });
const server = drainable(app.getHttpServer());
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(process.env.PORT);
