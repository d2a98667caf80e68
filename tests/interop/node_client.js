// Asks a q server through node-q; prints what it got as one line of JSON. Run with NODE_PATH where node-q is installed.
const nodeq = require("node-q");
const port = Number(process.argv[2]);
const got = {};

function ask(con, query, ...args) {
  return new Promise((resolve) => {
    con.k(query, ...args, (error, result) => resolve(error ? "'" + error.message : result));
  });
}

function told(con, topic) {
  return new Promise((resolve) => con.once(topic, (...data) => resolve(data)));
}

nodeq.connect({ host: "127.0.0.1", port, user: "ann", password: "pw" }, async (error, con) => {
  if (error) throw error;
  got["1+1"] = await ask(con, "1+1");
  got["til 10"] = await ask(con, "til 10");
  got["sum"] = await ask(con, "{x+y}", 40, 2);
  got["error"] = await ask(con, "1+`a");
  got["symbols"] = await ask(con, "reverse `c`b`a"); // text that begins with a backtick is sent as a symbol
  got["string"] = await ask(con, "\"some text\"");
  got["table"] = await ask(con, "([]sym:`a`b;price:1.5 2.5)");
  got["dict"] = await ask(con, "(`a`b)!1 2");
  got["null"] = await ask(con, "0N");
  got["date"] = await ask(con, "2024.02.29");
  got["mixed"] = await ask(con, "(1;`a;\"text\";1b)");
  got["user"] = await ask(con, ".z.u");
  await new Promise((resolve) => con.ks("a:7", resolve));
  got["async"] = await ask(con, "a");
  const message = told(con, "upd");
  await ask(con, "neg[.z.w](`upd;`trade;1 2)");
  got["pushed"] = await message;
  got["after"] = await ask(con, "2+2");
  console.log(JSON.stringify(got));
  con.close(() => {});
});
