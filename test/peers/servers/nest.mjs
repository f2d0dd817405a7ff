import 'reflect-metadata';
import { createRequire } from 'node:module';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const { pool, ready, insert } = createRequire(import.meta.url)(
  '../../../packages/drill/test/fixtures/jobs.js',
);

class Routes {
  health() {
    return { status: 'ok' };
  }
  work(body) {
    return insert(body.name);
  }
}

/** A decorator by hand: this file is plain JavaScript. */
const decorate = (decorator, name) =>
  decorator(Routes.prototype, name, Object.getOwnPropertyDescriptor(Routes.prototype, name));
decorate(Get('health'), 'health');
decorate(Post('work'), 'work');
Body()(Routes.prototype, 'work', 0);
Controller()(Routes);

class App {
  onApplicationShutdown() {
    return pool.end();
  }
}
Module({ controllers: [Routes] })(App);

await ready;
const app = await NestFactory.create(App, { logger: false });
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(Number(process.env.PORT), '127.0.0.1');
