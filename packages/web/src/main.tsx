import './style.css';
import { render } from 'preact';
import { App } from './App.tsx';
import { takeToken } from './api/token.ts';

takeToken();
const page = document.getElementById('page');
if (page) {
  page.textContent = '';
  render(<App />, page);
}
