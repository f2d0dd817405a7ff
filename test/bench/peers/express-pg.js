const express = require('express');
const { createTable, insertJob } = require('./pg-store');

const app = express();
app.use(express.json());
app.get('/health', (_request, response) => response.json({ status: 'ok' }));
app.post('/work', async (request, response) => response.status(201).json(await insertJob(request.body.name)));

createTable().then(() => app.listen(process.env.PORT));
