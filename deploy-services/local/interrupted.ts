/** Resolves at the first Ctrl-C or SIGTERM, or when a parent with a channel is gone; the second ends everything. */
export function untilInterrupted(atOnce: () => void): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = () => {
      if (asked) {
        atOnce();
        process.exit(130); // the children see their channel close and stop by themselves
      }
      asked = true;
      resolve();
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
    if (process.platform !== 'win32') process.on('SIGHUP', ask);
    process.once('disconnect', resolve);
  });
}
