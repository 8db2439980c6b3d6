/** This platform's `fetch`. */
export const patientFetch = (url: URL, init: RequestInit): Promise<Response> => fetch(url, init);
