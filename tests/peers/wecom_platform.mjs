// WeCom's side of an encrypted callback, on WeCom's own Node package: it verifies an address, pushes messages to it,
// and opens passive replies. One JSON order per line of standard input, one JSON answer per line of standard output.
import { createInterface } from 'node:readline';
import { decrypt, encrypt, getSignature } from '@wecom/crypto';

const addressed = (url, query) => `${url}?${new URLSearchParams(query)}`;

const signed = ({ token, timestamp, nonce }, encrypted) => ({
  msg_signature: getSignature(token, timestamp, nonce, encrypted), timestamp, nonce,
});

const answered = async (response) => ({ status: response.status, body: await response.text() });

const orders = {
  // The check WeCom makes when an administrator saves the address.
  async verify(order) {
    const echostr = encrypt(order.key, order.word, order.corp);
    return answered(await fetch(addressed(order.url, { ...signed(order, echostr), echostr })));
  },

  async push(order) {
    const encrypted = encrypt(order.key, order.xml, order.corp);
    const body = `<xml><ToUserName><![CDATA[${order.corp}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt>`
      + `<AgentID><![CDATA[${order.agent}]]></AgentID></xml>`;
    const headers = { 'Content-Type': 'text/xml' };
    return answered(await fetch(addressed(order.url, signed(order, encrypted)), { method: 'POST', headers, body }));
  },

  async open(order) {
    const [, encrypted] = /<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/.exec(order.reply);
    const [, signature] = /<MsgSignature><!\[CDATA\[(.*?)\]\]><\/MsgSignature>/.exec(order.reply);
    const [, timestamp] = /<TimeStamp>(\d+)<\/TimeStamp>/.exec(order.reply);
    const [, nonce] = /<Nonce><!\[CDATA\[(.*?)\]\]><\/Nonce>/.exec(order.reply);
    const { message, id } = decrypt(order.key, encrypted);
    return { message, id, timestamp, nonce, authentic: signature === getSignature(order.token, timestamp, nonce, encrypted) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await orders[order.do](order))}\n`);
}
