require('reflect-metadata');
const { Body, Controller, Get, Module, Post } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { createTable, insertJob } = require('./pg-store');

/** Written without decorator syntax, which plain JavaScript does not have: these calls are what it compiles to. */
class JobsController {
  health() {
    return { status: 'ok' };
  }

  work(body) {
    return insertJob(body.name);
  }
}
const method = (name) => Object.getOwnPropertyDescriptor(JobsController.prototype, name);
Controller()(JobsController);
Get('health')(JobsController.prototype, 'health', method('health'));
Post('work')(JobsController.prototype, 'work', method('work'));
Body()(JobsController.prototype, 'work', 0);

class AppModule {}
Module({ controllers: [JobsController] })(AppModule);

async function main() {
  await createTable();
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(process.env.PORT);
}
main();
