// The look of the site: VitePress' own, with fonts of the system and the page's colours.
import './style.css';
import theme from 'vitepress/theme-without-fonts';

export default theme;
