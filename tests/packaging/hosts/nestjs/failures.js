// A reporter that says what failed, and what was logged; nothing else.
module.exports = class {
  onTestResult(_test, { failureMessage, console: logged }) {
    if (failureMessage) console.error(failureMessage);
    for (const { message } of logged ?? []) console.error(message);
  }
};
