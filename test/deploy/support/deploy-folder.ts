import path from 'node:path';

export const DEPLOY = path.resolve(__dirname, '../../../deploy');
