// A robot on DingTalk's own Node SDK, unchanged. It is told one thing, where api.dingtalk.com and
// oapi.dingtalk.com are to be found (argv: base address, clientId, clientSecret), prints one JSON object
// per line for whatever happens to it, and answers every push. It ends when its standard input does.
import axios from 'axios';
import { DWClient, TOPIC_CARD, TOPIC_ROBOT } from 'dingtalk-stream';

const [base, clientId, clientSecret] = process.argv.slice(2);

const tell = (row) => process.stdout.write(`${JSON.stringify(row)}\n`);
console.info = console.error; // the SDK chats there; standard output is for JSON alone

axios.interceptors.request.use((request) => {
  const asked = new URL(request.url);
  tell({ kind: 'call', host: asked.host, path: asked.pathname, method: request.method });
  return { ...request, url: `${base}${asked.pathname}${asked.search}`, proxy: false };
});

const client = new DWClient({ clientId, clientSecret, ua: 'peer', autoReconnect: false });

client.registerCallbackListener(TOPIC_ROBOT, (frame) => {
  const { msgId, senderStaffId, text } = JSON.parse(frame.data);
  tell({ kind: 'message', delivery: frame.headers.messageId, msgId, from: senderStaffId, text: text.content });
  client.socketCallBackResponse(frame.headers.messageId, { heard: msgId });
});

client.registerCallbackListener(TOPIC_CARD, (frame) => {
  const { outTrackId, userId, content } = JSON.parse(frame.data);
  const { actionIds, params } = JSON.parse(content).cardPrivateData;
  tell({ kind: 'click', delivery: frame.headers.messageId, card: outTrackId, from: userId, actionIds, params });
  client.socketCallBackResponse(frame.headers.messageId, {
    cardUpdateOptions: { updateCardDataByKey: true },
    cardData: { cardParamMap: { status: `收到 ${actionIds[0]}` } },
  });
});

process.stdin.resume().on('end', () => client.disconnect());
const token = await client.getAccessToken();
await client.connect();
tell({ kind: client.connected ? 'connected' : 'not connected', token });
