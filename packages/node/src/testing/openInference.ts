/**
 * What the Open Inference Protocol's own OpenAPI document says of the answers, as JSON Schema: which members there
 * are, of which type, and which are required. Facts taken from `specification/protocol/open_inference_rest.yaml` of
 * github.com/kserve/open-inference-protocol at commit 18d5991e9e45 (version 2.0, Apache-2.0); the wording is ours.
 */
const text = { type: 'string' };
const texts = { type: 'array', items: text };
const parameters = { type: 'object' };
const shape = { type: 'array', items: { type: 'integer' } };
const data = {
  $id: 'tensor_data',
  type: 'array',
  items: {
    anyOf: [{ $ref: 'tensor_data' }, { type: 'number' }, { type: 'string' }, { type: 'boolean' }],
  },
};
const record = (required: string[], properties: Record<string, object>) => ({
  type: 'object',
  properties,
  required,
});
const list = (items: object) => ({ type: 'array', items });
const described = record(['name', 'datatype', 'shape'], { name: text, datatype: text, shape });
const filled = (properties: Record<string, object>) =>
  record(['name', 'shape', 'datatype', 'data'], {
    name: text,
    shape,
    datatype: text,
    parameters,
    ...properties,
  });
const error = record(['error'], { error: text });

export const openInferenceSchemas = {
  metadata_server_response: record(['name', 'version', 'extensions'], {
    name: text,
    version: text,
    extensions: texts,
  }),
  metadata_server_error_response: error,
  metadata_model_response: record(['name', 'platform'], {
    name: text,
    versions: texts,
    platform: text,
    inputs: list(described),
    outputs: list(described),
  }),
  metadata_model_error_response: error,
  inference_request: record(['inputs'], {
    id: text,
    parameters,
    inputs: list(filled({ data: { $ref: 'tensor_data' } })),
    outputs: list(record(['name'], { name: text, parameters })),
  }),
  inference_response: record(['model_name', 'outputs'], {
    model_name: text,
    model_version: text,
    id: text,
    parameters,
    outputs: list(filled({ data: { $ref: 'tensor_data' } })),
  }),
  inference_error_response: { type: 'object', properties: { error: text } },
} as const;
export const tensorData = data;

/** Its endpoints, and the same without a version, which its prose allows. Health answers have no body there. */
export const openInferenceEndpoints = [
  { method: 'get', path: '/v2/health/live' },
  { method: 'get', path: '/v2/health/ready' },
  { method: 'get', path: '/v2/', answer: 'metadata_server_response' },
  { method: 'get', path: '/v2', answer: 'metadata_server_response' },
  { method: 'get', path: '/v2/models/{name}/versions/{version}', answer: 'metadata_model_response' },
  { method: 'get', path: '/v2/models/{name}', answer: 'metadata_model_response' },
  { method: 'get', path: '/v2/models/{name}/versions/{version}/ready' },
  { method: 'get', path: '/v2/models/{name}/ready' },
  { method: 'post', path: '/v2/models/{name}/versions/{version}/infer', answer: 'inference_response' },
  { method: 'post', path: '/v2/models/{name}/infer', answer: 'inference_response' },
] as const;
