import 'reflect-metadata';
import { Body, Controller, Get, HttpException, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { drainable } from 'lastcall-drain';
import jobs from './jobs.js';

class Routes {
  health() {
    if (server.draining.aborted) throw new HttpException({ status: 'draining' }, 503);
    return { status: 'ok' };
  }
  work(body) {
    return jobs.insert(body.name);
  }
}

class App {
  // Not onModuleDestroy, which Nest runs before it closes the server: what is still in flight would get a 500.
  onApplicationShutdown() {
    return jobs.end();
  }
}

// What @Controller(), @Get(), @Post(), @Body() and @Module() do, in plain JavaScript.
const on = (name) => [Routes.prototype, name, Object.getOwnPropertyDescriptor(Routes.prototype, name)];
Controller()(Routes);
Get('health')(...on('health'));
Post('work')(...on('work'));
Body()(Routes.prototype, 'work', 0);
Module({ controllers: [Routes] })(App);

const app = await NestFactory.create(App, { logger: ['error', 'warn'] });
const server = drainable(app.getHttpServer());
// With process.exit, and not by the signal once more, which would be another exit code than 0.
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(process.env.PORT ?? 3000);
