require('./fastify-app').serve(require('./pg-store'));
