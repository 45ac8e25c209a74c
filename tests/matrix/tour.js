// SPDX-License-Identifier: MIT
// What tests/programs/tour.c says, by Node: promises go through libuv's threads, or io_uring.
const fs = require('fs/promises');
const { spawnSync } = require('child_process');

async function say(what, promise) {
  try {
    await promise;
    console.log(what, 'ok');
    return true;
  } catch (error) {
    console.log(what, error.code);
    return false;
  }
}

async function list(directory) {
  const names = [];
  for (const entry of await fs.readdir(directory, { withFileTypes: true })) {
    const path = directory === '.' ? entry.name : `${directory}/${entry.name}`;
    names.push(path);
    if (entry.isDirectory()) names.push(...(await list(path)));
  }
  return names;
}

(async () => {
  process.umask(0o022);
  const file = await fs.open('x:y', 'w', 0o640);
  console.log('mode', ((await fs.stat('x:y')).mode & 0o777).toString(8));
  console.log('fifo', spawnSync('mkfifo', ['-m', '600', 'p']).status === 0 ? 'ok' : 'EPERM');
  await fs.mkdir('d', 0o700);
  const inner = await fs.open('d/f', 'w');
  if (await say('rename', fs.rename('d', 'e'))) await fs.rename('e', 'd');
  await say('unlink', fs.unlink('x:y'));
  await say('stat', fs.stat('x:y'));
  await say('again', fs.open('x:y', 'wx', 0o600));
  console.log('walk', (await list('.')).sort().join(' '));
  await inner.close();
  await file.close();
  await say('rename', fs.rename('d', 'e'));
  process.exit(0);
})();
