// GraphiQL with a token field. The token stays in this tab's session storage and is sent to this origin only.

const storageKey = 'whodunit-token';
const form = document.getElementById('token-form');
const field = document.getElementById('token');
const state = document.getElementById('token-state');
const token = () => sessionStorage.getItem(storageKey) ?? '';
const firstQuery = `# Who killed it? Put in a host and the pid of something that died.
query {
  hosts { nodes { name rung lastSeenAt } }
  deaths(first: 10) {
    nodes { diedAt process { pid args } verdict { cause summary } }
  }
}
`;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(storageKey, field.value.trim());
  location.reload();
});
field.value = token();
state.textContent = token() ? 'in use in this tab' : 'queries are refused without one';

const authorization = () => (token() ? { authorization: `Bearer ${token()}` } : {});
const fetcher = window.GraphiQL.createFetcher({
  url: '/graphql',
  subscriptionUrl: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  wsConnectionParams: authorization(),
  fetch: (url, options) => fetch(url, { ...options, headers: { ...options.headers, ...authorization() } }),
});
const element = window.React.createElement(window.GraphiQL, {
  fetcher,
  defaultQuery: firstQuery,
  shouldPersistHeaders: false,
});
window.ReactDOM.createRoot(document.getElementById('graphiql')).render(element);
