// A small shop: a cluster of two workers that restart now and then, and a log.
const cluster = require("cluster"), http = require("http"), fs = require("fs"), dns = require("dns");

if (cluster.isPrimary) {
  fs.writeFileSync("/run/app.pid", String(process.pid));
  for (let i = 0; i < 2; i++) cluster.fork();
  cluster.on("exit", () => cluster.fork());
  process.on("SIGTERM", () => process.exit(0));
} else {
  let served = 0;
  http.createServer((request, response) => {
    fs.appendFile("/var/log/app/app.log", request.url + "\n", () => {});
    if (request.url === "/name") {
      return dns.lookup("localhost", (error, address) => response.end(address));
    }
    response.end("ok");
    if (++served > 300) process.exit(0);
  }).listen(8001);
}
